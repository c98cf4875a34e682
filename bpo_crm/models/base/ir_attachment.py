import contextlib
import errno
import os

from odoo import api, models


class Attachment(models.Model):
    """Files of leads, and files of many records with the same content."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files._check_reach()
        return files

    def write(self, vals):
        result = super().write(vals)
        if {"res_id", "res_model"}.intersection(vals):
            self._check_reach()
        return result

    def _check_reach(self):
        """Refuse files on leads that are not the user's to write.

        Odoo 18 looks at what is written, and not at whose file it is afterwards.

        :raises AccessError: also for leads that do not exist.
        """
        if self.env.su:
            return
        of_leads = self.sudo().filtered(lambda file: file.res_model == "crm.lead")
        leads = self.env["crm.lead"].browse(filter(None, of_leads.mapped("res_id")))
        leads._check_reach()

    @api.model
    def _create_with_content(self, vals_list, content):
        """Make files with one content, which is read and written once for all of them.

        It is in the file store once, as with core's own ``create``, and core removes it
        there after the last of the files.

        :param list vals_list: of ``ir.attachment``, each with its ``mimetype``. Of a
            text, Odoo would keep the words with each of them.
        :param bytes content: of each.
        :rtype: ir.attachment
        :raises OSError: when the file store does not keep it.
        """
        first_list = [{**vals, "raw": content} for vals in vals_list[:1]]
        files = self.create([*first_list, *vals_list[1:]])
        first, others = files[:1], files[1:]
        first._check_kept(content)
        if others:
            files.flush_recordset()
            self.env.cr.execute(
                """
                UPDATE ir_attachment
                   SET store_fname = first.store_fname, db_datas = first.db_datas,
                       checksum = first.checksum, file_size = first.file_size,
                       index_content = first.index_content
                  FROM ir_attachment AS first
                 WHERE first.id = %s AND ir_attachment.id = ANY(%s)
                """,
                [first.id, others.ids],
            )
            others.invalidate_recordset()
        return files

    def _check_kept(self, content):
        """Make sure of what must not get lost: on a full disk, 18.0 says nothing.

        :param bytes content: that this file was made with.
        :raises OSError: when it is not in the file store.
        """
        name = self.store_fname
        if not name or self._file_read(name) == content:
            return
        # What is there of it would be taken for all of it the next time.
        with contextlib.suppress(OSError):
            os.unlink(self._full_path(name))
        raise OSError(errno.ENOSPC, "The file store does not keep a file", name)
