import re

from odoo import fields, models

from ... import intake

#: What tells apart enquiries that came together under one name.
NUMBER = re.compile(r" \d+$")


class LeadSource(models.Model):
    """Reading what came over HTTP, as this source's sender means it."""

    _inherit = "crm.lead.source"

    def _read_body(self, body, kind, name="", own_names=None):
        """Return the enquiries in a body.

        :param bytes body: as it was sent, without what proves who sent it.
        :param str kind: the type that it came with, as the header has it.
        :param str name: of the delivery, for those that have no name of their own.
        :param dict own_names: what the sender's names mean; by default, what this
            source's lines say.
        :return: each with a name of its own. One with a problem is all that there is
            of a body that nobody can read.
        :rtype: list[intake.Enquiry]
        """
        name = name or intake.make_name()
        if own_names is None:
            own_names = self._get_own_names()
        try:
            enquiries = intake.read_body(body, kind, own_names)
        except intake.InvalidEnquiry as error:
            # Whoever sent it may do so: somebody looks at it, and nothing is lost.
            enquiries = [intake.Enquiry(problem=str(error))]
        return intake.tell_apart(enquiries, name)


class LeadEnquiry(models.Model):
    """What came over HTTP is read again from its body, by the mapping of now."""

    _inherit = "crm.lead.enquiry"

    body_kind = fields.Char("Type of What Was Sent", readonly=True)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _keep_kind(self, kind):
        """Keep with those of these that are in quarantine how their body is read.

        :param str kind: the type that it came with, as the header has it.
        """
        if kind:
            self.filtered(lambda row: row._is_waiting()).body_kind = kind

    def _take_in_again(self, source):
        files = self._filter_delivered()._find_files("body").sorted("res_id")
        others = self - self.browse(files.mapped("res_id"))
        for of_body in files.grouped("checksum").values():
            rows = self.browse(of_body.mapped("res_id"))
            body = self._read_kept_file(of_body[0])
            # Each time that the same body was sent, it was a delivery of its own.
            for name, delivered in rows._group_by_delivery(source, body).items():
                delivered._take_in_body(source, body, name)
        return super(LeadEnquiry, others)._take_in_again(source)

    def _group_by_delivery(self, source, body):
        """Return these by the names of the deliveries that they came by.

        What the sender gives a name is the same in each of them, and is with the first.

        :param crm.lead.source source: from where they came.
        :param bytes body: in which they all are.
        :rtype: dict[str, crm.lead.enquiry]
        """
        unnamed = intake.make_name()
        read = source._read_body(body, self._get_body_kind(), unnamed)
        names = {enquiry.external_id for enquiry in read}
        named = self.filtered(lambda row: row.external_id in names)
        deliveries = (self - named)._group_by_first()
        first = next(iter(deliveries), unnamed)
        return {**deliveries, first: named + deliveries.get(first, self.browse())}

    def _group_by_first(self):
        """Return these by the names of the first of those that came with each.

        :rtype: dict[str, crm.lead.enquiry]
        """
        names = {row: NUMBER.sub("", row.external_id or "") for row in self}
        firsts = self.search(
            [
                ("source_id", "in", self.source_id.ids),
                ("external_id", "in", list(names.values())),
            ]
        )
        known = set(firsts.mapped("external_id"))
        return self.grouped(
            lambda row: names[row] if names[row] in known else row.external_id or ""
        )

    def _get_body_kind(self):
        return self.filtered("body_kind")[:1].body_kind or ""

    def _filter_delivered(self):
        """Hook: return those of these whose body a source delivered.

        :rtype: crm.lead.enquiry
        """
        return self

    def _take_in_body(self, source, body, name):
        """Take in what is in the body that these rows came by.

        :param crm.lead.source source: from where they came.
        :param bytes body: as it was kept.
        :param str name: of the delivery.
        """
        kind = self._get_body_kind()
        read = {
            enquiry.external_id: enquiry
            for enquiry in source._read_body(body, kind, name)
        }
        fresh = {row: read.pop(row.external_id, None) for row in self}
        if len(self) == len(read) == 1:
            # It has a name now, or has none any more.
            (fresh[self],) = read.values()
            read = {}
        fresh = {row: row._say_again(enquiry) for row, enquiry in fresh.items()}
        self.env["crm.lead"]._take_in_rows(fresh, source)
        # What came in before is known; the rest nobody could read until now.
        _rows, new = self.env["crm.lead"]._take_in(source, list(read.values()))
        new._keep_for_people(body, has_failed_here=False)
        new._keep_kind(kind)

    def _say_again(self, enquiry):
        """Write down what is understood of this now.

        :param intake.Enquiry enquiry: as it was read again; None where its body has it
            no more.
        :return: what counts: what was understood before, where nobody can read it now.
        :rtype: intake.Enquiry
        """
        before = self._read_content()
        is_worse = enquiry and enquiry.problem and before.is_reachable
        if not enquiry or is_worse:
            return before
        self.write(
            {"content": enquiry.to_content(), "enquired_at": enquiry.enquired_at}
        )
        name = enquiry.external_id
        if name and name != self.external_id:
            taken = [("source_id", "=", self.source_id.id), ("external_id", "=", name)]
            if not self.search(taken, limit=1):
                self.external_id = name
        return enquiry
