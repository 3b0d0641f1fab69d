"""What several test modules share: databases and an invented corpus."""
