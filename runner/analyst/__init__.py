"""The analyst's copy: a release's marts without anybody's identity, under pseudonyms that need a key."""
