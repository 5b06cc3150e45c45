"""What the gateway adds to the description of the API: sign-in, problems, and headers that every service takes."""

from typing import Any, Final

from gateway.api.forwarding import PREFIX

TAGS: Final = [
    {"name": "sessions", "description": "Sign-in for programs"},
    {"name": "token", "description": "Sign-in for suppliers' own programs (OAuth 2.0 client credentials)"},
    {"name": "invitations", "description": "Links by mail with which people set a first password"},
]

KEY_PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A new one for each wish. The same key and body gives the first answer again, another body 422.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 200},
}

VERSION_PARAMETER: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that was read: a change of anything newer is refused with 412.",
    "schema": {"type": "string"},
}

_PROBLEM: Final = {"$ref": "#/components/responses/Problem"}
_TEXT: Final = {"type": "string"}


def _json(schema: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


COMPONENTS: Final[dict[str, Any]] = {
    "securitySchemes": {
        "session": {
            "type": "http",
            "scheme": "bearer",
            "description": f"The token that POST {PREFIX}/sessions answers with.",
        }
    },
    "responses": {
        "Problem": {
            "description": "What was refused and why (RFC 9457); `code` is stable.",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    },
    "schemas": {
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "code", "detail", "errors", "correlation_id"],
            "properties": {
                "type": _TEXT,
                "title": _TEXT,
                "status": {"type": "integer"},
                "code": _TEXT,
                "detail": _TEXT,
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "message"],
                        "properties": {"field": _TEXT, "message": _TEXT},
                    },
                },
                "correlation_id": _TEXT,
            },
        },
        "NewSession": {
            "type": "object",
            "required": ["email", "password"],
            "additionalProperties": False,
            "properties": {
                "email": _TEXT,
                "password": {"type": "string", "format": "password"},
                "seat": {"type": ["string", "null"], "description": "Needed by people with several seats."},
            },
        },
        "Seat": {
            "type": "object",
            "properties": {
                "seat": _TEXT,
                "kind": {"enum": ["school", "supplier", "alliance"]},
                "organisation": _TEXT,
                "roles": {"type": "array", "items": _TEXT},
            },
        },
        "Session": {
            "type": "object",
            "properties": {
                "person_id": {"type": "string", "format": "uuid"},
                "name": _TEXT,
                "email": _TEXT,
                "seat": {"type": ["string", "null"]},
                "seats": {"type": "array", "items": {"$ref": "#/components/schemas/Seat"}},
                "expires_at": {"type": "string", "format": "date-time"},
            },
        },
        "AccessToken": {
            "type": "object",
            "required": ["access_token", "token_type", "expires_in"],
            "properties": {"access_token": _TEXT, "token_type": _TEXT, "expires_in": {"type": "integer"}},
        },
        "TokenRefusal": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": _TEXT, "error_description": _TEXT},
        },
        "NewInvitation": {
            "type": "object",
            "required": ["person_id"],
            "additionalProperties": False,
            "properties": {"person_id": {"type": "string", "format": "uuid"}},
        },
        "Standing": {
            "type": "object",
            "properties": {
                "person_id": {"type": "string", "format": "uuid"},
                "signs_in": {"type": "boolean"},
                "invitation": {
                    "type": ["object", "null"],
                    "properties": {
                        "state": {"enum": ["open", "used", "revoked", "expired"]},
                        "invited_by": _TEXT,
                        "created_at": {"type": "string", "format": "date-time"},
                        "expires_at": {"type": "string", "format": "date-time"},
                    },
                },
                "link": {
                    "type": ["string", "null"],
                    "description": "A new one, told to those who may see it.",
                },
            },
        },
        "BegunSession": {
            "allOf": [
                {"type": "object", "required": ["token"], "properties": {"token": _TEXT}},
                {"$ref": "#/components/schemas/Session"},
            ]
        },
    },
}

PATHS: Final[dict[str, Any]] = {
    f"{PREFIX}/token": {
        "post": {
            "tags": ["token"],
            "summary": "Receive a bearer token for an hour.",
            "description": "The id and secret as HTTP Basic, or as client_id and client_secret in the form.",
            "security": [],
            "requestBody": {
                "required": True,
                "content": {
                    "application/x-www-form-urlencoded": {
                        "schema": {
                            "type": "object",
                            "required": ["grant_type"],
                            "properties": {
                                "grant_type": {"const": "client_credentials"},
                                "client_id": _TEXT,
                                "client_secret": {"type": "string", "format": "password"},
                            },
                        }
                    }
                },
            },
            "responses": {
                "200": {"description": "OK", **_json("AccessToken")},
                "default": {"description": "Refused as RFC 6749 says", **_json("TokenRefusal")},
            },
        }
    },
    f"{PREFIX}/sessions": {
        "post": {
            "tags": ["sessions"],
            "summary": "Sign in and receive a bearer token.",
            "security": [],
            "requestBody": {"required": True, **_json("NewSession")},
            "responses": {"201": {"description": "Created", **_json("BegunSession")}, "default": _PROBLEM},
        }
    },
    f"{PREFIX}/sessions/current": {
        "get": {
            "tags": ["sessions"],
            "summary": "Whose session this is.",
            "responses": {"200": {"description": "OK", **_json("Session")}, "default": _PROBLEM},
        },
        "delete": {
            "tags": ["sessions"],
            "summary": "Sign out: revoke the token.",
            "responses": {"204": {"description": "Signed out"}, "default": _PROBLEM},
        },
    },
    f"{PREFIX}/invitations": {
        "post": {
            "tags": ["invitations"],
            "summary": "Mail a person the link to a first password; earlier links of theirs end.",
            "description": "The link stands in the first answer only: the same key again gives the rest of it.",
            "parameters": [KEY_PARAMETER],
            "requestBody": {"required": True, **_json("NewInvitation")},
            "responses": {"201": {"description": "Created", **_json("Standing")}, "default": _PROBLEM},
        }
    },
    f"{PREFIX}/invitations/{{person_id}}": {
        "parameters": [
            {"name": "person_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        ],
        "get": {
            "tags": ["invitations"],
            "summary": "Whether a person signs in, and their last invitation.",
            "responses": {"200": {"description": "OK", **_json("Standing")}, "default": _PROBLEM},
        },
        "delete": {
            "tags": ["invitations"],
            "summary": "Take a person's unused links back.",
            "responses": {"204": {"description": "Taken back"}, "default": _PROBLEM},
        },
    },
}
