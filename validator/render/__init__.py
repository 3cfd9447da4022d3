"""A report -> what people and programs read: text, JSON, CSV, Excel, HTML. Nothing is decided here."""
