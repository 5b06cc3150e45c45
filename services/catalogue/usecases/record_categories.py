"""Record categories; offers carry their names and ledger codes, so a change is told for each offer."""

from dataclasses import replace

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.catalogue.domain.category import Category, check_category, same_category
from services.catalogue.domain.errors import CategoryTaken
from services.catalogue.storage.categories import find_category, save_categories
from services.catalogue.storage.locking import lock_catalogue
from services.catalogue.storage.offers import published_offers_of_categories
from services.catalogue.usecases.announce import announce_categories, announce_offers


def add_category(database: Database, actor: Actor, category: Category) -> Category:
    """Record a new category. Raises CategoryInvalid, CategoryTaken."""
    check_category(category)
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        if find_category(connection, category.code) is not None:
            raise CategoryTaken(f"There is a category {category.code}.", fields={"code": "Already in use."})
        saved = save_categories(connection, [category])
        announce_categories(connection, saved)
    return saved[0]


def put_category(database: Database, actor: Actor, category: Category, version: int) -> Category:
    """Write a category whole; `version` is what the editor saw. Raises NotFound, VersionConflict, CategoryInvalid."""
    check_category(category)
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        before = find_category(connection, category.code)
        if before is None:
            raise NotFound(f"There is no category {category.code}.")
        if before.version != version:
            raise VersionConflict("Somebody else changed this category meanwhile.")
        if same_category(before, category):
            return before
        [saved] = save_categories(connection, [replace(category, version=version)])
        announce_categories(connection, [saved])
        if (before.name, before.ledger_code) != (saved.name, saved.ledger_code):
            offers = published_offers_of_categories(connection, [saved.code])
            announce_offers(connection, offers, {saved.code: saved})
    return saved
