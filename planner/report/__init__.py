"""Every shown figure and sentence, made once from a plan and its case; each face of the product prints these."""
