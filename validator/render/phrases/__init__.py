"""What a reader is told -> words in Chinese and English."""
