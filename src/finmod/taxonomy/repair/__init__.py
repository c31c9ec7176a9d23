"""Which value a tag's text means that no value is spelled like; nothing about resources without a tag."""
