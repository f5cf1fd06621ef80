"""The pages of the app: controls, a query, a chart, a caption."""
