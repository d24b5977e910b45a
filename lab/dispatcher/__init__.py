"""The dispatcher's simulator: generated days in virtual time, every decision judged by a second opinion.

`scenario` says how a day goes, `simulator` lives it (`consultants`, on top of `virtual_day`), `oracle` is the
referee. In: the dispatcher and its rules. Out: counts, or a foul with the day's seed.
`python -m lab.dispatcher --days 2000` is the drill.
"""
