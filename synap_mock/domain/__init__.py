"""What the fake is, without HTTP: values, keys, rules, faults, history, storage and use cases."""
