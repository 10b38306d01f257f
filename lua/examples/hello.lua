-- The smallest rule file that does something: one segment, one campaign.

segment "loyal" { orders = { at_least = 3 } }

campaign "hello" {
  segments = "loyal",
  show = welcome_bar { text = "Good to see you again, {{ name | friend }}!" },
}
