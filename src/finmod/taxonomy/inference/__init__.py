"""What a resource without a tag is likely called, from the resources around it; nothing about spelling."""
