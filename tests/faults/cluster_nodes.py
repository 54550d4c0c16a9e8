"""Several real engines over one PostgreSQL of the test's own."""

import contextlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "postgres"))
from engine import Engine, free_port, wait_until
from postgres_server import PostgresServer


class Node(Engine):
    """One of the engines that share a store."""

    def __init__(self, name, store, relay, settings=None):
        super().__init__(relay, {"cluster.name": name, "store.url": store, "store.accept_single": "true",
                                 **(settings or {})})
        self.name = name

    def cluster(self):
        return self.get("/v1/cluster")

    def state_of(self, name):
        return next((one["state"] for one in self.cluster()["nodes"] if one["name"] == name), None)


class Cluster:
    """`with` starts the database and the nodes, which see each other then. Nodes are found by their names: cluster["a"]."""

    def __init__(self, relay, names="abc", settings=None, database_settings=()):
        self.relay, self.names, self.settings = relay, list(names), settings
        self.context = contextlib.ExitStack()
        self.database = PostgresServer(database_settings, port=free_port())
        self.nodes = {}

    def __getitem__(self, name):
        return self.nodes[name]

    def __enter__(self):
        try:
            self.context.enter_context(self.database)
            for name in self.names:
                self.add(name)
            self.await_all()
        except BaseException:
            self.context.close()
            raise
        return self

    def __exit__(self, *_):
        self.context.close()

    def add(self, name, **settings):
        node = Node(name, self.database.url(), self.relay, {**(self.settings or {}), **settings})
        self.nodes[name] = node
        return self.context.enter_context(node)

    def await_all(self):
        for node in self.nodes.values():
            wait_until(lambda: {one["name"] for one in node.cluster()["nodes"]} >= set(self.nodes),
                       f"node {node.name} to see the others")

    def owner(self, campaign):
        """Whose it is, by the database."""
        return self.database.sql("SELECT n.name FROM campaigns c JOIN nodes n ON n.node = c.owner WHERE c.campaign = "
                                 + campaign[1:], schema="sluice")

    def others(self, name):
        return [node for other, node in self.nodes.items() if other != name]
