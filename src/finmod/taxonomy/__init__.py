"""What every dollar is called: business dimensions, rules over charge keys, tag governance."""
