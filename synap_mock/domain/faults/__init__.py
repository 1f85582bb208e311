"""What a test makes go wrong: faults, rejections, canned responses, and their schedule."""
