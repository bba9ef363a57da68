"""Every number that the watchdog decides by, in one frozen record: seconds, counts and nothing else.

Must not know: what is decided by them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The watchdog's numbers. Names end in `_s` for seconds; the rest are counts.

    check_interval_s: how often probes ask and processes are scanned.
    start_grace_s: how long a new process may take until its agent speaks.
    login_grace_s: how long after the agent spoke the account may still be out.
    agent_stale_s: an agent that was silent for longer is stale.
    robot_stale_s: a robot whose last beat is older is stale.
    ipc_stale_s: a probe's answer that is older says nothing any more.
    failures_before_freeze_acts: checks in a row that find the agent stale before a living process is closed.
    close_wait_s: from a close request to the kill.
    exit_grace_s: how long a journal line may take that tells a person's close from a crash.
    second_instance_s: an exit with code 0 this soon after a start means that another process ran already.
    shutdown_wait_s: no start for so long after the journal, or the system itself, told of a shutdown.
    ipc_failures_before_reattach: probe failures in a row before the probe is replaced.
    ipc_reattach_tries: replaced probes before the ladder goes on to a restart.
    login_after_out_s: how long the account is seen out before it is logged in again.
    login_tries: logins in a row before a person is called.
    login_spacing_s: least time between two logins.
    link_benign_s: a lost broker link that is back within this time is no outage (access-point switches).
    link_wait_s: how long a broker link is left to mend itself before a login is tried.
    link_login_tries: logins for one lost broker link.
    fleet_out_least: so many terminals out at once (and at least half) are one outage of broker or network.
    fleet_hold_s: logins and restarts wait at most so long for an outage of the fleet.
    no_link_restart_s: a terminal without a link since its start, whose agent cannot come, is started anew so seldom.
    algo_grace_s: how long algo trading may be off before it is an incident.
    restart_budget: automatic restarts within the window before the breaker opens.
    restart_window_s: the window of the budget.
    agentless_restarts: restarts in a row for an agent that never comes before the breaker opens, in whatever time.
    backoff_first_s: wait before the first restart of a dead terminal.
    backoff_step_s: wait before the second; doubled from then on.
    backoff_max_s: the longest wait.
    stable_s: healthy for so long resets the backoff.
    start_spacing_s: least time between two starts of the fleet, and between two closings by the watchdog (the engine
        paces by it).
    update_deadline_s: how long LiveUpdate is left alone.
    update_seen_s: an update that the journal told of so long before an exit explains the exit.
    robots_back_grace_s: after a login, the robots may take so long to beat.
    restore_after_s: after a login, a robot that no chart shows for so long is put back.
    robot_missing_s: a robot that no chart shows for so long, in a terminal that was not restarted, is missing.
    removal_spacing_s: least time between two removals of the same expert.
    removal_tries: removals of one robot's wrong experts in one process's life before a person is called.
    removal_told_s: a terminal writes its journal late: a removal that is told so soon after an act of ours is ours.
    positions_known_s: the agent's last word on positions counts for so long.
    start_ini_deadline_s: the start ini is wiped by then, whatever was seen.
    """

    check_interval_s: float = 10.0
    start_grace_s: float = 180.0
    login_grace_s: float = 120.0
    agent_stale_s: float = 15.0
    robot_stale_s: float = 15.0
    ipc_stale_s: float = 90.0
    failures_before_freeze_acts: int = 3
    close_wait_s: float = 20.0
    exit_grace_s: float = 3.0
    second_instance_s: float = 10.0
    shutdown_wait_s: float = 60.0
    ipc_failures_before_reattach: int = 1
    ipc_reattach_tries: int = 3
    login_after_out_s: float = 15.0
    login_tries: int = 3
    login_spacing_s: float = 60.0
    link_benign_s: float = 5.0
    link_wait_s: float = 120.0
    link_login_tries: int = 2
    fleet_out_least: int = 3
    fleet_hold_s: float = 900.0
    no_link_restart_s: float = 1800.0
    algo_grace_s: float = 5.0
    restart_budget: int = 5
    restart_window_s: float = 600.0
    agentless_restarts: int = 2
    backoff_first_s: float = 0.0
    backoff_step_s: float = 5.0
    backoff_max_s: float = 120.0
    stable_s: float = 300.0
    start_spacing_s: float = 15.0
    update_deadline_s: float = 600.0
    update_seen_s: float = 120.0
    robots_back_grace_s: float = 30.0
    restore_after_s: float = 2.0
    robot_missing_s: float = 5.0
    removal_spacing_s: float = 15.0
    removal_tries: int = 3
    removal_told_s: float = 30.0
    positions_known_s: float = 120.0
    start_ini_deadline_s: float = 180.0

    @classmethod
    def live(cls) -> Policy:
        """The defaults for real terminals."""
        return cls()

    @classmethod
    def simulated(cls) -> Policy:
        """The same shape in the time of a fleet of simulated processes: graces of seconds, starts in milliseconds."""
        return cls(
            check_interval_s=2.0,
            start_grace_s=30.0,
            login_grace_s=15.0,
            agent_stale_s=5.0,
            robot_stale_s=6.0,
            ipc_stale_s=30.0,
            close_wait_s=3.0,
            exit_grace_s=1.5,
            second_instance_s=3.0,
            shutdown_wait_s=5.0,
            login_after_out_s=2.0,
            login_spacing_s=3.0,
            link_benign_s=2.0,
            link_wait_s=10.0,
            fleet_hold_s=60.0,
            no_link_restart_s=240.0,
            algo_grace_s=2.0,
            backoff_step_s=1.0,
            backoff_max_s=10.0,
            stable_s=20.0,
            start_spacing_s=0.02,
            update_deadline_s=30.0,
            update_seen_s=30.0,
            robots_back_grace_s=8.0,
            restore_after_s=1.5,
            robot_missing_s=3.0,
            removal_spacing_s=4.0,
            removal_told_s=3.0,
            positions_known_s=60.0,
            start_ini_deadline_s=45.0,
        )

    def with_interval(self, seconds: float) -> Policy:
        """The same policy at another check interval; nothing is called stale within one and a half intervals.

        Raises ValueError for an interval that is not positive.
        """
        if not seconds > 0:
            raise ValueError(f"the check interval must be positive, not {seconds}")
        return replace(
            self,
            check_interval_s=seconds,
            agent_stale_s=max(self.agent_stale_s, 1.5 * seconds),
            robot_stale_s=max(self.robot_stale_s, 1.5 * seconds),
            ipc_stale_s=max(self.ipc_stale_s, 3 * seconds),
        )

    @property
    def freeze_acts_after_s(self) -> float:
        """Silence of an agent on a living process after which the ladder acts."""
        return self.agent_stale_s + (self.failures_before_freeze_acts - 1) * self.check_interval_s

    def next_backoff_s(self, last_s: float) -> float:
        """The wait before the restart after the one that waited `last_s`."""
        return min(self.backoff_max_s, max(self.backoff_step_s, 2 * last_s))
