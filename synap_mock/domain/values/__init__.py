"""Values that everything else uses: time, ids, batches, quoting, waiting."""
