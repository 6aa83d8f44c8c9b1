"""Taking a person out of what is kept, and extracts out of landing when their time is over."""
