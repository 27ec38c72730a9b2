"""Reads and writes objects in buckets and on the web as if they were files."""

from pipeline.storage.address import is_url as is_url
from pipeline.storage.remote import AnyPath as AnyPath
from pipeline.storage.remote import RemotePath as RemotePath
from pipeline.storage.remote import as_path as as_path
from pipeline.storage.store import Store as Store
from pipeline.storage.store import StoredObject as StoredObject
from pipeline.storage.store import WebAccess as WebAccess
from pipeline.storage.store import open_store as open_store
