"""How the database is asked about numbers that came from outside."""

from django.db.models import IntegerField
from django.db.models.lookups import In


@IntegerField.register_lookup
class IntegerIn(In):
    """`__in` without the numbers that no column can hold: no row has them, and SQLite raises
    OverflowError.

    Django does so itself where one number is compared; fields with many choices ask for all at
    once.
    """

    def process_rhs(self, compiler, connection):
        if self.rhs_is_direct_value():
            kind = self.lhs.output_field.get_internal_type()
            least, most = connection.ops.integer_field_range(kind)
            self.rhs = [row for row in self.rhs if not isinstance(row, int) or least <= row <= most]
        return super().process_rhs(compiler, connection)
