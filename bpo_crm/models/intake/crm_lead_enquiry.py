import json
import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ... import intake
from ...inner_context import with_inner_context
from ...intake import is_same_name
from ...passing_fault import is_passing
from ...series import Constraint

_logger = logging.getLogger(__name__)

STATES = [
    ("created", "New Lead"),
    ("merged", "Merged"),
    ("quarantined", "In Quarantine"),
]

WRITE_DOWN = """
    INSERT INTO crm_lead_enquiry (
        source_id, create_uid, create_date, write_uid, write_date, %(columns)s
    )
    SELECT %(source)s, %(uid)s, %(now)s, %(uid)s, %(now)s, sent.*
      FROM unnest(%(values)s) AS sent
        ON CONFLICT (source_id, external_id) DO NOTHING
    RETURNING id
"""

#: What came in before counts if it waits in quarantine and says something else, or if
#: this server was to blame.
CORRECT = """
    UPDATE crm_lead_enquiry AS row
       SET content = sent.content, enquired_at = sent.enquired_at,
           has_failed_here = FALSE, write_uid = %(uid)s, write_date = %(now)s
      FROM unnest(%(values)s) AS sent (%(columns)s)
     WHERE row.source_id = %(source)s AND row.external_id = sent.external_id
       AND row.state = 'quarantined'
       AND (row.has_failed_here OR row.content IS DISTINCT FROM sent.content)
    RETURNING row.id
"""


class LeadEnquiry(models.Model):
    """Something that came in, and what became of it.

    One row for every enquiry, so that nothing is lost that somebody asked, and
    nothing comes in twice: a source calls each of its enquiries by a name of its
    own, and PostgreSQL keeps (source, name) unique.
    """

    _name = "crm.lead.enquiry"
    _description = "Enquiry"
    _order = "id desc"
    _rec_name = "external_id"

    # The unique key below begins with it. With an index of its own, PostgreSQL would
    # read all enquiries of a source to find some.
    source_id = fields.Many2one("crm.lead.source", required=True, ondelete="restrict")
    external_id = fields.Char("External ID", readonly=True)
    lead_id = fields.Many2one("crm.lead", index=True, ondelete="set null")
    state = fields.Selection(STATES, index=True, readonly=True)
    error = fields.Char(readonly=True)
    has_failed_here = fields.Boolean(
        "Failed on This Server",
        readonly=True,
        help="The error is one of this server, and is not shown to the sender.",
    )
    enquired_at = fields.Datetime("Enquiry Date", readonly=True)
    content = fields.Text(
        readonly=True, help="What was sent, as it was understood, in JSON."
    )
    body = fields.Binary(
        "What Was Sent",
        readonly=True,
        attachment=True,
        help="What an enquiry consisted of that came over HTTP and went to quarantine.",
    )
    body_name = fields.Char(compute="_compute_body_name")

    _source_external_id_uniq = Constraint(
        "UNIQUE(source_id, external_id)", "This enquiry has come in already."
    )

    def _compute_body_name(self):
        for row in self:
            row.body_name = f"{row.id}.txt"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_retry(self):
        """Take what is in quarantine in again.

        :return: True, or the list where one of these became others.
        """
        self.check_access("read")
        rows = with_inner_context(self).sudo()
        waiting = rows.filtered(lambda row: row._is_waiting())
        for source, of_source in waiting.grouped("source_id").items():
            of_source._try_again(source)
        if self.exists() == self:
            return True
        return self.env["ir.actions.act_window"]._for_xml_id(
            "bpo_crm.crm_lead_enquiry_action"
        )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _try_again(self, source):
        """Take these enquiries in; one that fails keeps the reason of now.

        :param crm.lead.source source: from where they came.
        """
        try:
            with self.env.cr.savepoint():
                self._take_in_again(source)
        except Exception as error:
            if is_passing(error):
                # Another delivery got in the way, or this server is in trouble: the
                # whole request is run again, or somebody asks again.
                raise
            _logger.warning("Enquiries %s cannot be taken in", self.ids, exc_info=True)
            if len(self) == 1:
                problem = intake.leave_out_controls(str(error)) or type(error).__name__
                self._record_results([(self.id, "quarantined", None, problem)])
                self.has_failed_here = True
                return
            for row in self:
                row._try_again(source)

    def _take_in_again(self, source):
        """Take in what these rows say.

        :param crm.lead.source source: from where they came.
        """
        fresh = {row: row._read_content() for row in self}
        self.env["crm.lead"]._take_in_rows(fresh, source)

    @api.model
    def _write_down(self, source, enquiries):
        """Write down what came in, unless it has before.

        What is in quarantine can come again with other words: then they count. What
        failed because of this server can come again with the same ones. The name of
        another person's enquiry is none: some senders give all of theirs the same.

        :param crm.lead.source source: from where.
        :param list enquiries: of :class:`intake.Enquiry`, each with an external id.
        :return: their rows, in their order, old ones too, and those rows that are to be
            taken in now: the new ones, and those in quarantine that came again.
        :rtype: tuple[crm.lead.enquiry, crm.lead.enquiry]
        """
        first = {}
        for enquiry in enquiries:
            first.setdefault(enquiry.external_id, enquiry)
        rows, new = self._insert(source, list(first.values()))
        new_ids, again, renamed = set(new.ids), [], {}
        for number, enquiry in enumerate(enquiries):
            row = rows[enquiry.external_id]
            if enquiry is first[enquiry.external_id] and row.id in new_ids:
                continue
            if row._is_of_another(enquiry):
                renamed[number] = enquiry.with_mark(enquiry.describe_asker())
            else:
                again.append(enquiry)
        theirs, theirs_new = self._insert(source, list(renamed.values()))
        again += renamed.values()
        new |= theirs_new | self._query(CORRECT, source, again)
        new.invalidate_recordset(["content", "enquired_at", "has_failed_here"])
        in_order = [
            theirs[renamed[number].external_id]
            if number in renamed
            else rows[enquiry.external_id]
            for number, enquiry in enumerate(enquiries)
        ]
        return self.concat(*in_order), new

    @api.model
    def _insert(self, source, enquiries):
        """Write down what is called by a name that no row of its source has.

        :param crm.lead.source source: from where.
        :param list enquiries: of :class:`intake.Enquiry`, each with an external id.
        :return: the row of each external id, old ones too, and those that are new.
        :rtype: tuple[dict[str, crm.lead.enquiry], crm.lead.enquiry]
        """
        if not enquiries:
            return {}, self.browse()
        new = self._query(WRITE_DOWN, source, enquiries)
        names = [enquiry.external_id for enquiry in enquiries]
        rows = self.search(
            [("source_id", "=", source.id), ("external_id", "in", names)]
        )
        return {row.external_id: row for row in rows}, new

    @api.model
    def _query(self, query, source, enquiries):
        """Run a query that writes down enquiries, in one order of their names.

        :param str query: one of the above; it returns ids.
        :param crm.lead.source source: from where.
        :param list enquiries: of :class:`intake.Enquiry`, each with an external id.
        :return: the rows that it wrote.
        :rtype: crm.lead.enquiry
        """
        if not enquiries:
            return self.browse()
        by_name = {enquiry.external_id: enquiry for enquiry in enquiries}
        columns = self._prepare_columns([by_name[name] for name in sorted(by_name)])
        found = self.env.execute_query(
            SQL(
                query,
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                values=SQL(", ").join(columns.values()),
                source=source.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        return self.browse(row_id for (row_id,) in found)

    def _is_of_another(self, enquiry):
        """Whether this row is another person's, whatever both are called.

        :param intake.Enquiry enquiry: that came under the name of this row.
        :rtype: bool
        """
        before = self._read_content()
        if self._is_waiting() and is_same_name(before.name, enquiry.name):
            # It was corrected.
            return False
        if self._is_waiting() and before.message and before.asker == intake.Person():
            # Nobody can tell who that was, so it must not be lost.
            return before.message != enquiry.message
        return enquiry.asker.count_different(before.asker) > 0

    @api.model
    def _prepare_columns(self, enquiries):
        """Return what is written down of enquiries.

        :param list enquiries: of :class:`intake.Enquiry`, each with an external id.
        :return: the values of all of them, as an array, for each column.
        :rtype: dict[str, SQL]
        """
        return {
            "external_id": SQL("%s::varchar[]", [row.external_id for row in enquiries]),
            "enquired_at": SQL(
                "%s::timestamp[]", [row.enquired_at for row in enquiries]
            ),
            "content": SQL("%s::text[]", [row.to_content() for row in enquiries]),
        }

    def _keep_for_people(self, body, has_failed_here):
        """Keep with those of these that are in quarantine what helps to see why.

        :param bytes body: from which they were read.
        :param bool has_failed_here: whether it was this server's fault.
        """
        waiting = self.filtered(lambda row: row._is_waiting())
        waiting.has_failed_here = has_failed_here
        if body and waiting:
            waiting._keep_file("body", body, "application/x-enquiry")

    def _keep_file(self, name, content, mimetype):
        """Keep one file with each of these, instead of the one that each had.

        :param str name: of the field that it is the value of.
        :param bytes content: of the file.
        :param str mimetype: its type; none of a text.
        """
        self._find_files(name).unlink()
        self.env["ir.attachment"]._create_with_content(
            [
                {
                    "name": name,
                    "mimetype": mimetype,
                    "res_model": self._name,
                    "res_field": name,
                    "res_id": row.id,
                }
                for row in self
            ],
            content,
        )
        self.invalidate_recordset([name])

    def _find_files(self, name):
        """Return the files of a field without reading what is in them.

        :rtype: ir.attachment
        :param str name: of the field.
        """
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", name),
                ("res_id", "in", self.ids),
            ]
        )

    def _is_waiting(self):
        return self.state == "quarantined"

    def _prepare_answer(self, is_known):
        """Return what the sender is told of an enquiry.

        :param bool is_known: whether it had come in before.
        :return: ``external_id``, ``state``, ``is_known``, and where there is one, the
            ``reference`` of its lead, and the ``error`` of one in quarantine.
        :rtype: dict
        """
        answer = {
            "external_id": self.external_id,
            "state": self.state,
            "is_known": is_known,
        }
        if self.lead_id:
            answer["reference"] = self.lead_id.reference
        if self.error:
            hidden = self.env._(
                "The enquiry was kept, and waits until somebody looks at it."
            )
            answer["error"] = hidden if self.has_failed_here else self.error
        return answer

    def _read_content(self):
        """Return the enquiry that was sent.

        :rtype: intake.Enquiry
        """
        values = json.loads(self.content)
        # That of whoever read it.
        values.pop("record", None)
        return intake.Enquiry(**values, enquired_at=self.enquired_at or None)

    @api.model
    def _record_results(self, results):
        """Write down what became of enquiries.

        :param list results: of tuples as :meth:`intake.Entry.to_result` returns them:
            the id of the enquiry's row, its state, the id of its lead or None, and an
            error or None. At least one.
        """
        self.flush_model()
        self.env.cr.execute(
            """
            UPDATE crm_lead_enquiry
               SET state = result.state, lead_id = result.lead_id, error = result.error
              FROM unnest(%s::integer[], %s::varchar[], %s::integer[], %s::varchar[])
                AS result (id, state, lead_id, error)
             WHERE crm_lead_enquiry.id = result.id
            """,
            [list(column) for column in zip(*results, strict=True)],
        )
        self.invalidate_model(["state", "lead_id", "error"])
