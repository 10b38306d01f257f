-- How much is missing for free delivery.  The function runs for each view of
-- the cart; when it returns nothing, there is no bar.

local free_from = 1500

local function missing(visitor)
  return free_from - visitor.cart_total
end

-- A VIP pays no delivery anyway.
local function pays(visitor)
  return not visitor.segments.vip
end

-- 12345 -> "12,345"
local function money(amount)
  local digits = string.format("%d", math.ceil(amount))
  if #digits > 3 then
    digits = digits:sub(1, -4) .. "," .. digits:sub(-3)
  end
  return "฿" .. digits
end

campaign "free-delivery" {
  segments = "full_cart", group = "top", priority = 50, pages = "/cart", when = pays,
  show = {
    welcome_bar {
      text = function(visitor)
        if missing(visitor) > 0 then
          return "Only " .. money(missing(visitor)) .. " more, and delivery is free."
        end
        return "Delivery is free: your cart has " .. money(visitor.cart_total) .. "."
      end,
      background = "#14532d",
    },
  },
}

campaign "free-delivery-th" {
  segments = "full_cart", group = "top", priority = 50, pages = "/th/cart", when = pays,
  show = {
    welcome_bar {
      text = function(visitor)
        if missing(visitor) > 0 then
          return "อีกเพียง " .. money(missing(visitor)) .. " ก็ได้รับสิทธิ์ส่งฟรี"
        end
        return "ส่งฟรีแล้วค่ะ ยอดในตะกร้า " .. money(visitor.cart_total)
      end,
      background = "#14532d", label = "ค่าจัดส่ง", close = "ปิด",
    },
  },
}

campaign "cart-reminder" {
  segments = "full_cart", pages = "/",
  show = append {
    at = "header nav", html = '<a class="pz-cart-reminder" href="/cart">{{ cart_count | Something }} in your cart</a>',
  },
}
