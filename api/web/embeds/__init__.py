"""Parts of the record for the pages of others: a script with custom elements, frames, and oEmbed."""
