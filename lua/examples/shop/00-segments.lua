-- Who is who.  A profile may also name segments of its own ("vip" comes from
-- the shop's CRM); those need no declaration.

segment "returning" { name = { exists = true }, orders = { at_most = 0 } }
segment "loyal"     { orders = { at_least = 3 } }
segment "at_risk"   { orders = { at_least = 1 }, days_since_order = { more_than = 60 } }
segment("full_cart", function(visitor) return visitor.cart_total > 0 end)
