"""The floor: a bare Flask view that does one PostgreSQL insert of the body it is sent."""

import os

from flask import Flask, request
from sqlalchemy import create_engine, text

TABLE = "CREATE TABLE IF NOT EXISTS bench_floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)"


def create_app() -> Flask:
    """The bare application, for the same gunicorn as the product's."""
    app = Flask("floor")
    threads = int(os.environ["POOL_SIZE"])
    engine = create_engine(os.environ["FLOOR_DATABASE_URL"], pool_size=threads, max_overflow=0)
    insert = text("INSERT INTO bench_floor (body) VALUES (:body)")

    @app.post("/")
    def store() -> tuple[str, int]:
        with engine.begin() as connection:
            connection.execute(insert, {"body": request.get_data(as_text=True)})
        return "", 201

    return app
