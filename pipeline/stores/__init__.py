"""Buckets and the web: what a URL names, read and written as files are."""

from pipeline.stores.access import Access as Access
from pipeline.stores.address import is_url as is_url
from pipeline.stores.entry import Entry as Entry
from pipeline.stores.remote import Place as Place
from pipeline.stores.remote import Remote as Remote
from pipeline.stores.remote import place as place
from pipeline.stores.store import Store as Store
from pipeline.stores.store import store as store
