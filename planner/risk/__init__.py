"""How sure a plan is: its decisions stay as they are, and rates and months vary as an uncertainty file says.

Reading (``uncertainty``), distributions and draws (``sampling``), dollars of each draw (``account``), promises under
delays (``promises``), what is dropped at the budget (``stop``), and the statistics of all draws (``found``).
"""
