"""What every Hedgerow service stands on. Start with `hedgerow.service`."""
