-- Three orders and more: thanks, points, and what people like them buy.

campaign "loyal" {
  segments = "loyal", group = "top", priority = 20, pages = "~^/(?!th/)",
  show = {
    add_class { at = "body", class = "is-loyal" },
    welcome_bar { text = "Thank you for {{ orders }} orders, {{ name | friend }}. You have {{ points | 0 }} points." },
  },
}

campaign "loyal-th" {
  segments = "loyal", group = "top", priority = 20, pages = "~^/th/",
  show = {
    add_class { at = "body", class = "is-loyal" },
    welcome_bar {
      text = "ขอบคุณสำหรับ {{ orders }} คำสั่งซื้อค่ะ คุณ{{ name | ลูกค้า }} คุณมี {{ points | 0 }} คะแนน",
      label = "ขอบคุณ", close = "ปิด",
    },
  },
}
