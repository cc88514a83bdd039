"""Questions about a programme or a plan.

Each is the same Case through the same pipe, with negotiable limits loosened or inputs edited: no engine of its own.
"""
