"""What mails say of recurring services: that one is asked for, and what became of it."""

from gateway.domain.letters import Body, Words
from gateway.domain.london import day


def service_wanted(body: Body) -> Words:
    """To the approvers of a school of which somebody asks for a service, or whose other approver has agreed to it."""
    asker, title, school = body["requested_by"] or "Somebody", body["title"], body["school_name"]
    if body["approved_by"]:
        return Words(
            f"{title} needs a second approval for {school}",
            f"{body['approved_by']} has approved {title} for {school}, from {day(body['starts_on'])} on. It needs "
            "somebody else’s approval as well.",
            f"/school/services/{body['subscription_id']}",
        )
    return Words(
        f"{asker} asks for {title} for {school}",
        f"{asker} asks that {school} takes {title} from {day(body['starts_on'])} on. Look at what it costs, and "
        "approve or refuse it. Until then nothing is committed.",
        f"/school/services/{body['subscription_id']}",
    )


def service_decided(body: Body) -> Words:
    """To the person who had asked for the service."""
    by, yes = body["by"] or "Your approver", body["decision"] == "approved"
    text = (
        f"{by} has approved {body['title']} for {body['school_name']}. It begins on {day(body['starts_on'])}."
        if yes
        else f"{by} has refused {body['title']} for {body['school_name']}:\n\n{body['reason']}\n\n"
        "Nothing was committed."
    )
    return Words(
        f"{body['title']} is {'approved' if yes else 'not approved'} for {body['school_name']}",
        text,
        f"/school/services/{body['subscription_id']}",
    )
