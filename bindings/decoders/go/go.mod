module thumblingurl

go 1.18
