"""Charts: tables in, Altair charts out. They know no Streamlit."""
