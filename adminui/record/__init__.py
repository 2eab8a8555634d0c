"""What happened: events, append only and chained, and the sealed documents that they speak of."""
