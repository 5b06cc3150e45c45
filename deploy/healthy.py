"""A container's health check: `python healthy.py PORT` ends with 0 if the process on that port is ready to serve."""

import http.client
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=4)
connection.request("GET", "/readyz")
sys.exit(0 if connection.getresponse().status == 200 else 1)
