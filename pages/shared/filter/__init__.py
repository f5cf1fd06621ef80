"""The one filter of all pages: what is asked for, in the URL and in the sidebar, and saved under a name."""
