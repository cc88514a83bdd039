"""Questions about a programme or a plan: each is the same Case through the same pipe, with limits loosened or inputs edited."""
