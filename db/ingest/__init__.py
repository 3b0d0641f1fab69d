"""From the bytes of an announcement to evidenced records: read, clean, extract, audit."""
