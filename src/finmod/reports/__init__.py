"""Results as pages and pictures: what people read, made of what models and marts gave."""
