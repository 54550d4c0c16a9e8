"""with_postgres.py PROGRAM …: runs it while a PostgreSQL server is there, whose URL is in SLUICE_TEST_POSTGRES."""
import os
import subprocess
import sys

from postgres_server import PostgresServer

with PostgresServer(in_memory=True) as server:
    done = subprocess.run(sys.argv[1:], env={**os.environ, "SLUICE_TEST_POSTGRES": server.url()})
sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)
