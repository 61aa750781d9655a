"""The scheme's rules without behaviour: contributions, benefits, retirement age, portability.

Every rule is a scalar function that runs compiled inside the yearly pass and, as ``rule.py_func``, in plain
Python. The numbers of the law come in as arguments: each module has a ``…_law`` or ``account_divisors``
function that reads them for a year from the parameters.
"""
