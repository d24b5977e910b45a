"""Who signs in to the console with a consultant's seat, closed when the seat goes; edge."""

from config.home import has_run
from config.rights import Right
from config.settings import Settings
from console.identity.store import AccountStore, SessionStore
from engine.evidence.services import EvidenceServices, with_evidence
from engine.process.operator import actor
from recordings.model.access_entry import Action


def close_logins(settings: Settings, id_: str) -> list[str]:
    """Disable the accounts with this seat and end their sessions; their logins. Raises Problem.

    Left open they would be at the desk of whoever gets the id next.
    """
    if not has_run(settings.home):
        return []
    who = actor(settings, Right.ACCOUNTS)

    async def question(evidence: EvidenceServices) -> list[str]:
        every, sessions = AccountStore(evidence.database), SessionStore(evidence.database)
        theirs = [one.login for one in await every.all() if one.consultant == id_ and not one.disabled]
        for login in theirs:
            subject = [f"account {login}"]
            await evidence.access.note(who, Action.ACCOUNT, subject, f"disabled, {id_} is removed")
            await every.change(login, disabled=True)
            await sessions.end_all(login)
        return theirs

    return with_evidence(settings, question)
