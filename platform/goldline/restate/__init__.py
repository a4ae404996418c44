"""Restatements: figures of a closed month that a new version changes, with the deliveries that changed them.

Comparing, holding back and confirming. Making a version is in ``goldline.publish``; telling people is in ``sensors``.
"""
