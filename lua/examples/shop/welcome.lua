-- One line on top of the page: the campaigns of the group "top" compete, and
-- the highest priority wins.

-- Nobody we know: works without consent, since it asks for nothing.
local function is_new(visitor)
  return visitor.name == "" and visitor.orders == 0
end

campaign "welcome-new" {
  group = "top", pages = "~^/(?!th/)", when = is_new,
  show = welcome_bar { text = "Welcome! Delivery is free over ฿1,500.", url = "/category/table/", link = "Look around" },
}

campaign "welcome-new-th" {
  group = "top", pages = "~^/th/", when = is_new,
  show = welcome_bar {
    text = "ยินดีต้อนรับค่ะ ส่งฟรีเมื่อซื้อครบ ฿1,500", url = "/th/category/table/", link = "เลือกชมสินค้า",
    label = "ต้อนรับ", close = "ปิด",
  },
}

campaign "welcome-back" {
  segments = "returning", group = "top", priority = 10, pages = "~^/(?!th/)",
  show = welcome_bar { text = "Welcome back, {{ name }}. What you looked at is still here." },
}

campaign "welcome-back-th" {
  segments = "returning", group = "top", priority = 10, pages = "~^/th/",
  show = welcome_bar {
    text = "ยินดีต้อนรับกลับค่ะ คุณ{{ name }} ของที่คุณดูไว้ยังรออยู่", label = "ต้อนรับกลับ", close = "ปิด",
  },
}
