"""The daily report: who gets it, when it is held back, what it says.

The figures are boards, resolved with the recipient's rights and filters; the mail leaves through the alerts' outbox.
How a board is laid out as a mail is in ``boards.render.mail``.
"""
