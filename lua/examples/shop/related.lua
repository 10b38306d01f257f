-- What goes where the shop lists "others liked".  On a product's page that
-- follows from the product, and so needs no consent.

local lists = { "visitor", "segment", "popular:{{ ctx.category }}", "popular" }

campaign "goes-with" {
  pages = "~^/product/",
  show = recommendations {
    at = "#related", op = "replace", strategy = { "bought_with", "popular:{{ ctx.category }}", "popular" },
    heading = "Goes well with this", count = 4,
  },
}

campaign "goes-with-th" {
  pages = "~^/th/product/",
  show = recommendations {
    at = "#related", op = "replace", strategy = { "bought_with", "popular:{{ ctx.category }}", "popular" },
    heading = "เข้ากันได้ดีกับชิ้นนี้", label = "สินค้าแนะนำ", count = 4,
  },
}

campaign "for-you" {
  segments = { "returning", "loyal", "vip", "at_risk" }, pages = { "/", "/cart", "~^/category/" },
  show = recommendations {
    at = "#related", op = "replace", strategy = lists, heading = "Chosen for {{ name | you }}", count = 4,
  },
}

campaign "for-you-th" {
  segments = { "returning", "loyal", "vip", "at_risk" }, pages = { "/th/", "/th/cart", "~^/th/category/" },
  show = recommendations {
    at = "#related", op = "replace", strategy = lists, heading = "เลือกมาเพื่อคุณ{{ name }}",
    label = "สินค้าแนะนำ", count = 4,
  },
}
