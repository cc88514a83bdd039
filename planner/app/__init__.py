"""The page to ask with: questions in plain words, solved in processes of their own, answered by stored runs.

Every figure shown is read from the run store or made by ``planner.report`` and ``planner.comparison``. Views build the
page with NiceGUI; what they show is prepared by files that know nothing of it (``levers``, ``jobs``, ``shelf``,
``pictures``, ``points``).
"""
