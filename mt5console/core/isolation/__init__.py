"""One directory, one account, one terminal per user: provisioning, registry rules, statistics.

It must not know the watchdog, deployments under way, or any password's value.
"""
