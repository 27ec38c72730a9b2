"""Buckets and the web: what a URL names, read and written as files are."""

from pipeline.storage.address import is_url as is_url
from pipeline.storage.remote import Place as Place
from pipeline.storage.remote import Remote as Remote
from pipeline.storage.remote import place as place
from pipeline.storage.store import Access as Access
from pipeline.storage.store import Entry as Entry
from pipeline.storage.store import Store as Store
from pipeline.storage.store import store as store
