"""Keys and values of a report -> texts in Chinese and English."""
